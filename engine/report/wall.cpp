// Crossings nest, so that the sides of all of them count twice, but self_ns and crossing_ns do not: the outer
// side of a crossing is its cost, its own inner time, and the outer sides of those made from it.
#include "report/wall.h"

namespace polyhost::report {

Wall split_wall(const record::Snapshot& snapshot) {
  Wall wall;
  for (const record::Function& f : snapshot.functions) {
    if (f.direction == record::Direction::inbound) wall.native_ns += f.self_ns;
    wall.crossing_ns += f.crossing_ns;
  }
  const std::uint64_t boundary = wall.native_ns + wall.crossing_ns;
  wall.python_known = !snapshot.threads && snapshot.processes.empty() && boundary >= wall.native_ns &&
                      boundary <= snapshot.wall_ns;
  if (wall.python_known) wall.python_ns = snapshot.wall_ns - boundary;
  return wall;
}

}  // namespace polyhost::report
