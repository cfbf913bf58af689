"""Deliberately wrong fixers, run through the real engine: each must be turned down."""
