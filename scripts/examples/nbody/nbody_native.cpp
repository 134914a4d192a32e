// The same integrator as in nbody.py, in C++, on the memory of Python's arrays.
#include <polyhost/native.hpp>

#include <cmath>
#include <stdexcept>

namespace {

using vectors = std::span<double>;        // x, y, z of body 0, of body 1, ...
using scalars = std::span<const double>;  // one a body
using observer = polyhost::callback<void(std::int64_t step, double energy)>;

struct difference {
  double x, y, z;
  [[nodiscard]] double squared() const { return x * x + y * y + z * z; }
};

difference between(std::span<const double> positions, std::size_t i, std::size_t j) {
  return {positions[3 * i] - positions[3 * j], positions[3 * i + 1] - positions[3 * j + 1],
          positions[3 * i + 2] - positions[3 * j + 2]};
}

void add(vectors velocities, std::size_t i, const difference& d, double factor) {
  velocities[3 * i] += d.x * factor;
  velocities[3 * i + 1] += d.y * factor;
  velocities[3 * i + 2] += d.z * factor;
}

void advance(vectors positions, vectors velocities, scalars masses, double dt) {
  for (std::size_t i = 0; i < masses.size(); ++i) {
    for (std::size_t j = i + 1; j < masses.size(); ++j) {
      const difference d = between(positions, i, j);
      const double squared = d.squared();
      const double pull = dt / (squared * std::sqrt(squared));
      add(velocities, i, d, -(masses[j] * pull));
      add(velocities, j, d, masses[i] * pull);
    }
  }
  for (std::size_t i = 0; i < positions.size(); ++i) positions[i] += dt * velocities[i];
}

double energy(scalars positions, scalars velocities, scalars masses) {
  double sum = 0;
  for (std::size_t i = 0; i < masses.size(); ++i) {
    const difference v{velocities[3 * i], velocities[3 * i + 1], velocities[3 * i + 2]};
    sum += 0.5 * masses[i] * v.squared();
    for (std::size_t j = i + 1; j < masses.size(); ++j) {
      sum -= masses[i] * masses[j] / std::sqrt(between(positions, i, j).squared());
    }
  }
  return sum;
}

void integrate(vectors positions, vectors velocities, scalars masses, double dt, std::int64_t steps,
               std::int64_t every, const observer& observe) {
  if (positions.size() != 3 * masses.size() || velocities.size() != 3 * masses.size()) {
    throw std::invalid_argument(
        "integrate(): positions and velocities must have three numbers for each mass");
  }
  if (every < 1) throw std::invalid_argument("integrate(): every must be at least 1");
  for (std::int64_t step = 1; step <= steps; ++step) {
    advance(positions, velocities, masses, dt);
    if (step % every == 0) observe(step, energy(positions, velocities, masses));
  }
}

}  // namespace

POLYHOST_MODULE(nbody_native, m) {
  m.doc("Bodies that attract each other.");
  m.def<integrate>(
      "integrate(positions, velocities, masses, dt, steps, every, observe)",
      "Moves the bodies on, in place, and calls observe(step, energy) after every so many steps.",
      polyhost::release_gil);
}
