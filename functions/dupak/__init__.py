"""Angka kredit: the three regimes as pure functions over dated rules, the explanation of each total, the calculator."""
