"""The administrative divisions of China, province to street: how an address is found in a text. No business word."""
