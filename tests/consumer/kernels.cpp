// The plugin.
#include <polyhost/native.hpp>

double scale(double x, double factor) { return x * factor; }

POLYHOST_MODULE(kernels, m) { m.def<scale>("scale(x, factor=2.0)", "x times factor."); }
