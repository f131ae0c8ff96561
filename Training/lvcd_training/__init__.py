"""Training of the embedded LVCD model and of RAFT-small on generated cartoons."""
