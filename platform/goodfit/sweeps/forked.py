"""What the process that trials are forked from imports first: the libraries behind it are loud."""

from goodfit.calm import calm_libraries

calm_libraries()
