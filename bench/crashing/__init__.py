"""The parts of the crash trial: the house it happens in, and where its processes are born."""
