"""Sampling of whole clips and the quality gates."""
