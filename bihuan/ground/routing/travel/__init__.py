"""How long it takes to drive from one place to another: one protocol, and layers of those who know."""
