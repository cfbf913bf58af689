"""The language server: what dfix finds while a Dockerfile is typed, and its fixes as actions.

The protocol is https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/.
This process keeps the texts and speaks with the editor; whatever looks into a Dockerfile happens in a
process of its own (`dfix.lsp.workshop`), so that no file can keep the editor waiting.
"""
