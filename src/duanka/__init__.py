"""duanka (断卡): judge two-card records, explain every judgement, stay fair to everybody else."""

__version__ = "0.1.0"
