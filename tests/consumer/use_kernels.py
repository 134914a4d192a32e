# The plugin, under polyhost and under python3.
import kernels

assert kernels.scale(3) == 6.0
assert kernels.scale(3, factor=1.5) == 4.5
try:
    kernels.scale("3")
except TypeError as error:
    assert "kernels.scale(): argument 'x' must be float, not str" in str(error), error
else:
    raise AssertionError("a str was taken for a float")
