"""The training loop and the stages."""
