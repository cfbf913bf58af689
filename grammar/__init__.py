"""The Dockerfile language as data: `dockerfile.lark`, read by `dfix.parser`."""
