"""Fixers for the Dockerfiles of a company."""
