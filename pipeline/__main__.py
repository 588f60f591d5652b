"""`python -m pipeline` is `clarus-batch`."""

from pipeline.cli import main

main(prog_name="clarus-batch")
