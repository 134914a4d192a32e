"""`polyhost bench`: what a call across the border costs, beside the other ways of binding C++ to Python."""
