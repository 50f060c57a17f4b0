"""Pictures as SVG, made here: no script draws them."""
