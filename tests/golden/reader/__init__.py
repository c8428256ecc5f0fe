"""The formats of docs/formats, one module for each page and two for what they are made of."""
