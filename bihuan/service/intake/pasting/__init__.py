"""Words that were copied from a chat or a platform: what in them is a name, a phone, an address, an appliance, a wish.

Pure. The text never changes its length while it is read, so that every find has its place in what was pasted, and
what no rule understood can be shown.
"""
