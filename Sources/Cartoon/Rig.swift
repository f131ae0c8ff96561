/// How a part is drawn.
enum PartRole: Sendable {
  /// Filled, with an outline in the picture and in the lineart.
  case outlined
  /// Filled without an outline: blush, highlights, the sky.
  case plain
  /// Filled with ink: brows, folds, seams. It is a line of the lineart.
  case ink
}

/// One shape moved by one bone: the unit of part maps and of exact flow.
struct Part: Sendable {
  var curve: Curve
  var bone: Int
  /// Colour group; 0 is the ink.
  var group: Int
  var role: PartRole = .outlined
  /// Share of the line width that this part's outline has; fine details have thinner lines.
  var lineScale = 1.0
}

/// A spring that lets a bone trail behind its parent: hair, tails, capes.
struct Spring: Sendable {
  /// Pull towards the rest angle, per frame squared.
  var stiffness: Double
  /// Loss of angular speed per frame.
  var damping: Double
  /// How far motion of the joint drags the bone, radians per actor height and frame.
  var drag: Double
}

/// A joint: a pivot in the parent's coordinates and a rest angle.
struct Bone: Sendable {
  var parent: Int
  var offset: Point
  var rest: Double
  var spring: Spring?
}

/// Bones and the parts they move, in painter's order. Parts of one unit share their outline: no line where they overlap.
struct Rig: Sendable {
  private(set) var bones: [Bone] = []
  private(set) var units: [[Part]] = []

  /// Adds a bone and returns its index; `parent` -1 hangs on the actor's root.
  mutating func bone(
    _ parent: Int, _ x: Double = 0, _ y: Double = 0, rest: Double = 0, spring: Spring? = nil
  ) -> Int {
    bones.append(Bone(parent: parent, offset: Point(x, y), rest: rest, spring: spring))
    return bones.count - 1
  }

  /// Adds parts that share their outline.
  mutating func draw(union parts: [Part]) { units.append(parts) }

  /// Adds a part with its own outline.
  mutating func draw(
    _ curve: Curve, _ bone: Int, _ group: Int, role: PartRole = .outlined, lineScale: Double = 1
  ) {
    units.append([Part(curve: curve, bone: bone, group: group, role: role, lineScale: lineScale)])
  }

  /// Adds an ink shape.
  mutating func ink(_ curve: Curve, _ bone: Int) { draw(curve, bone, 0, role: .ink) }
}

/// What a pose adds to a bone's rest position.
struct Joint: Sendable {
  var angle = 0.0
  var shift = Point.zero
  var scaleX = 1.0
  var scaleY = 1.0
}

/// One joint per bone.
struct Pose: Sendable {
  var joints: [Joint]

  init(_ rig: Rig) { joints = [Joint](repeating: Joint(), count: rig.bones.count) }

  subscript(bone: Int) -> Joint {
    get { joints[bone] }
    set { joints[bone] = newValue }
  }

  /// Bone maps in the actor's own coordinates.
  func maps(_ rig: Rig) -> [Affine] {
    var maps: [Affine] = []
    maps.reserveCapacity(joints.count)
    for (bone, joint) in zip(rig.bones, joints) {
      let place = Affine.translation(bone.offset + joint.shift) * Affine.rotation(bone.rest + joint.angle)
      let local =
        joint.scaleX == 1 && joint.scaleY == 1 ? place : place * Affine.scale(joint.scaleX, joint.scaleY)
      maps.append(bone.parent < 0 ? local : maps[bone.parent] * local)
    }
    return maps
  }
}
