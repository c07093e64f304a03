"""Text and a model in, a number of tokens and how it was got out; the only importer of tiktoken."""
