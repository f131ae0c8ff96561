"""The networks in PyTorch. Attribute names give the official tensor names."""
