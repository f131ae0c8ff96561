"""RAFT-small, trained on the generator's exact flow."""
