"""SMS signatures as code for Tencent Cloud."""

__version__ = "0.1.0"
