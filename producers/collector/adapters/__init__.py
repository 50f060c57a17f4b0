"""One source a module; `producers/collector/sources.py` names them."""
