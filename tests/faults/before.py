"""`rapport` of the release before: it reads the present codec of states and still writes the one before."""

from rapport.cli import main
from streams.engine import codec

codec.WRITTEN -= 1
main()
