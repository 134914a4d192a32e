"""The Sun and the outer planets: C++ moves them in Python's arrays and calls Python back with the energy.

Usage: nbody.py [steps [every]]      (default 100000 steps of 3.65 days; the energy is recorded every 1000)
"""

# expect args: 2000 100
# expect: 2000 steps of 5 bodies, energy recorded 20 times, drift [0-9.e-]+
# expect: largest difference between Python and native: [0-9.e-]+
# expect: Python +[0-9.]+ ms
# expect: native +[0-9.]+ ms
# expect: native is [0-9.]+ times as fast

import sys
import time
from array import array
from itertools import combinations
from math import pi, sqrt

import nbody_native

YEAR = 365.24  # days
DT = 0.01  # years
BODIES = [  # mass (Sun = 1), position (au), velocity (au a day)
    (1.0, (0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),  # Sun, Jupiter, Saturn, Uranus, Neptune
    (9.54791938424326609e-04, (4.84143144246472090, -1.16032004402742839, -0.103622044471123109),
     (1.66007664274403694e-03, 7.69901118419740425e-03, -6.90460016972063023e-05)),
    (2.85885980666130812e-04, (8.34336671824457987, 4.12479856412430479, -0.403523417114321381),
     (-2.76742510726411499e-03, 4.99852801234917238e-03, 2.30417297573763929e-05)),
    (4.36624404335156298e-05, (12.8943695621391310, -15.1111514016986312, -0.223307578892655734),
     (2.96460137564761618e-03, 2.37847173959480950e-03, -2.96589568540237556e-05)),
    (5.15138902046611451e-05, (15.3796971148509165, -25.9193146099879641, 0.179258772950371181),
     (2.68067772490389322e-03, 1.62824170038242295e-03, -9.51592254519715870e-05)),
]


def solar_system():
    """Positions, velocities and masses, flat, in au, years and solar masses with G = 1; the whole is at rest."""
    masses = array("d", [mass * 4 * pi**2 for mass, _, _ in BODIES])
    positions = array("d", [x for _, position, _ in BODIES for x in position])
    velocities = array("d", [v * YEAR for _, _, velocity in BODIES for v in velocity])
    for axis in range(3):
        velocities[axis] = -sum(m * v for m, v in zip(masses[1:], velocities[3 + axis :: 3])) / masses[0]
    return positions, velocities, masses


def integrate(positions, velocities, masses, dt, steps, every, observe):
    """As nbody_native.integrate. Lists of bodies are how Python is fastest; the order of operations is the same."""
    bodies = [(positions[i : i + 3].tolist(), velocities[i : i + 3].tolist(), masses[i // 3])
              for i in range(0, len(positions), 3)]
    pairs = list(combinations(bodies, 2))
    for step in range(1, steps + 1):
        for (p, v, m), (q, w, n) in pairs:
            x = p[0] - q[0]
            y = p[1] - q[1]
            z = p[2] - q[2]
            squared = x * x + y * y + z * z
            pull = dt / (squared * sqrt(squared))
            factor = n * pull
            v[0] -= x * factor
            v[1] -= y * factor
            v[2] -= z * factor
            factor = m * pull
            w[0] += x * factor
            w[1] += y * factor
            w[2] += z * factor
        for p, v, _ in bodies:
            p[0] += dt * v[0]
            p[1] += dt * v[1]
            p[2] += dt * v[2]
        if step % every == 0:
            observe(step, energy(bodies, pairs))
    positions[:] = array("d", [x for p, _, _ in bodies for x in p])
    velocities[:] = array("d", [x for _, v, _ in bodies for x in v])


def energy(bodies, pairs):
    kinetic = sum(0.5 * m * (v[0] * v[0] + v[1] * v[1] + v[2] * v[2]) for _, v, m in bodies)
    return kinetic - sum(m * n / sqrt(sum((a - b) * (a - b) for a, b in zip(p, q))) for (p, _, m), (q, _, n) in pairs)


def run(integrator, steps, every):
    """The final positions and velocities, the recorded energies, and the seconds that it took."""
    positions, velocities, masses = solar_system()
    energies = []

    def observe(step, energy):
        energies.append(energy)

    start = time.perf_counter()
    integrator(positions, velocities, masses, DT, steps, every, observe)
    return positions + velocities, energies, time.perf_counter() - start


def main():
    steps = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    every = int(sys.argv[2]) if len(sys.argv) > 2 else 1000
    native, native_energies, native_s = run(nbody_native.integrate, steps, every)
    python, energies, python_s = run(integrate, steps, every)
    largest = max(abs(a - b) for a, b in zip(native + array("d", native_energies), python + array("d", energies)))
    assert len(native_energies) == len(energies) and largest < 1e-6, largest

    drift = (max(energies) - min(energies)) / abs(energies[0]) if energies else 0.0
    print(f"{steps} steps of {len(BODIES)} bodies, energy recorded {len(energies)} times, drift {drift:.1e}")
    print(f"largest difference between Python and native: {largest:.1e}")
    print(f"Python  {python_s * 1e3:10.3f} ms")
    print(f"native  {native_s * 1e3:10.3f} ms")
    print(f"native is {python_s / native_s:.1f} times as fast")

    try:
        import polyhost
    except ImportError:  # plain python3: the function works, the table is polyhost's
        return
    print()
    polyhost.boundary.report(file=sys.stdout)


if __name__ == "__main__":
    main()
