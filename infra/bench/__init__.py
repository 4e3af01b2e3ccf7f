"""The figures of the design, measured and laid beside their limits: `python -m infra.bench [name …]`.

Benchmarks, not tests: every figure stands beside a baseline taken in the same run, so that a slow or a busy machine
slows both. A module a kind of figure; `limits` holds the numbers, `report` the table.
"""
