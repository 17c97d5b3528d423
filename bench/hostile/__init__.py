"""Words that want to be markup: what they are, how each channel carries them, where they are shown."""
