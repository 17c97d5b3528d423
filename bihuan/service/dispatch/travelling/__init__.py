"""How long technicians drive: what their own visits teach, and the servers that the installation names."""
