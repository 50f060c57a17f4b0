"""`python -m bench rhythm`: how right `running_out`, `slipping_away` and the CUSUM of `warming` and `cooling` are, on
real purchases and beside references."""
