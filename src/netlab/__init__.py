"""netlab: hands-on network labs that start in a second and grade themselves."""

__version__ = "0.1.0"
