"""Kept safe: copies of an installation, what each holds, and bringing one back."""
