internal import TensorCore

/// What a segment hands to the next one.
struct SegmentCarry: Sendable {
  /// Estimates of the last o frames at every step, before blending, `[o, C, h, w]`.
  var estimates: [Tensor]
  /// Result of the last o frames, `[o, C, h, w]`, as the network sees latents.
  var latents: Tensor
}

/// A clip that is being sampled, segment by segment.
struct SequenceState: Sendable {
  /// Segments that are done.
  var segmentsDone = 0
  /// Latents of the clip so far, frame 0 first, as the network sees them.
  var latents: Tensor
  /// Nil before the first segment and for segments that share no frames.
  var carry: SegmentCarry?
}

/// Told about everything a run computes.
protocol SequenceObserver: AnyObject {
  /// Takes a tensor under the name it has in the file of `--latents-out`.
  func record(_ name: @autoclosure () -> String, _ tensor: Tensor)
  /// Called before every step; throws to stop.
  func willStep(_ step: Int, segment: Int) throws
}

/// Samples a clip in overlapping segments with Overlapped Blending and Prev-Reference Attention. LVCD,
/// section 5.
struct SequenceSampler {
  let model: ColorizationModel
  let options: SamplingOptions
  let plan: SequencePlan
  private let sampler: EulerSampler
  private var configuration: ModelConfiguration { model.configuration }
  private var overlap: Int { plan.overlap }
  private var scale: Float { model.autoencoder.scale }

  init(model: ColorizationModel, options: SamplingOptions, plan: SequencePlan) {
    let configuration = model.configuration
    self.model = model
    self.options = options
    self.plan = plan
    sampler = EulerSampler(
      discretization: Discretization(
        steps: options.steps, minimum: configuration.sigmaMin, maximum: configuration.sigmaMax,
        rho: configuration.rho))
  }

  /// Frames of one network call.
  var callFrames: Int { 1 + overlap + plan.videoFrames }

  /// The latents of the whole clip, frame 0 first, as the network sees them, `[delivered, C, h, w]`.
  ///
  /// - Parameters:
  ///   - reference: the coloured frame 0, `[1, 3, H, W]` in -1…1.
  ///   - lineart: the lineart of frames, `[count, 3, H, W]`, 1 on lines; asked in rising order.
  ///   - state: where an interrupted run stopped; nil to begin.
  ///   - segmentDone: called after each segment with what a later run needs to go on.
  func run(
    reference: Tensor, noise: SequenceNoise, from state: SequenceState? = nil,
    observer: any SequenceObserver, lineart: ([Int]) throws -> Tensor,
    segmentDone: (SequenceState) throws -> Void = { _ in }
  ) throws -> Tensor {
    var noise = noise
    observer.record("x_T", noise.segment)
    observer.record("posterior_noise", noise.posterior)
    // One sample of the reference's latent serves the whole clip.
    let first = model.autoencoder.encode(reference, noise: noise.posterior)
    let conditions = model.conditioner(reference)
    observer.record("crossattn", conditions.context)
    observer.record("vector_row", conditions.vector)
    var state = state ?? SequenceState(latents: first * scale)
    for segment in 0..<plan.segments {
      if segment > 0 { noise.advance() }
      if segment < state.segmentsDone { continue }
      observer.record("segment\(segment).x_T", noise.segment)
      let current =
        options.variant == .previousSample && segment > 0
        ? model.conditioner(try lastPicture(state, lineart: lineart)) : conditions
      let inputs = try prepare(segment, current, first: first, carry: state.carry, lineart: lineart)
      observer.record("segment\(segment).concat", inputs.latents)
      try sample(segment, noise: noise.segment, inputs: inputs, state: &state, observer: observer)
      try segmentDone(state)
    }
    let latents = state.latents.slice(axis: 0, 0..<plan.delivered)
    observer.record("output_latents", latents)
    return latents
  }

  /// What all steps of a segment share.
  private func prepare(
    _ segment: Int, _ reference: ReferenceConditions, first: Tensor, carry: SegmentCarry?,
    lineart: ([Int]) throws -> Tensor
  ) throws -> SegmentConditions {
    let video = plan.video(of: segment).map(plan.lineartFrame)
    let references: [Int]
    let latents: Tensor
    if let carry {
      references = [0] + video.prefix(overlap)
      let repeated = Tensor.concatenation(Array(repeating: first, count: plan.videoFrames), axis: 0)
      latents = Tensor.concatenation([first, carry.latents * (1 / scale), repeated], axis: 0)
    } else {
      let frame = options.variant == .previousSample ? plan.video(of: segment).lowerBound - 1 : 0
      references = Array(repeating: frame, count: 1 + overlap)
      latents = Tensor.concatenation(Array(repeating: reference.latent, count: callFrames), axis: 0)
    }
    let frames = references + video
    let distinct = Set(frames).sorted()
    return model.denoiser.prepare(
      context: reference.context, vector: reference.vector,
      routing: options.routing(segment: segment, configuration), lineart: try lineart(distinct),
      lineartOfFrame: frames.compactMap { distinct.firstIndex(of: $0) }, latents: latents)
  }

  /// Runs the steps of one segment and joins its result to the clip.
  private func sample(
    _ segment: Int, noise: Tensor, inputs: SegmentConditions, state: inout SequenceState,
    observer: any SequenceObserver
  ) throws {
    let carry = state.carry
    var estimates: [Tensor] = []
    let result = try sampler(from: noise) { x, sigma, step in
      try observer.willStep(step, segment: segment)
      let estimate = model.denoiser(x, sigma: sigma, conditions: inputs)
      guard estimate.sum().isFinite else {
        throw ModelError.diverged(stage: "segment \(segment + 1), step \(step + 1)")
      }
      observer.record("segment\(segment).denoised_before_blend.\(step)", estimate)
      if overlap > 0 { estimates.append(estimate.slice(axis: 0, callFrames - overlap..<callFrames)) }
      return carry.map { blended(estimate, with: $0.estimates[step]) } ?? estimate
    }
    observer.record("segment\(segment).x0", result)
    let video = result.slice(axis: 0, callFrames - plan.videoFrames..<callFrames)
    // Shared frames come out as before; the later result stands.
    let kept = state.latents.shape[0] - (segment == 0 ? 0 : overlap)
    state.latents = Tensor.concatenation([state.latents.slice(axis: 0, 0..<kept), video], axis: 0)
    state.segmentsDone = segment + 1
    if overlap > 0 {
      state.carry = SegmentCarry(
        estimates: estimates, latents: result.slice(axis: 0, callFrames - overlap..<callFrames))
    }
  }

  /// Overlapped Blending: shared frames follow the estimates of the previous segment.
  private func blended(_ estimate: Tensor, with shared: Tensor) -> Tensor {
    Tensor.concatenation(
      [
        estimate.slice(axis: 0, 0..<1 + overlap), shared,
        estimate.slice(axis: 0, 1 + 2 * overlap..<callFrames),
      ], axis: 0)
  }

  /// The last frame generated so far, decoded.
  private func lastPicture(_ state: SequenceState, lineart: ([Int]) throws -> Tensor) rethrows -> Tensor {
    let last = state.latents.shape[0] - 1
    let latent = state.latents.slice(axis: 0, last..<last + 1)
    return model.autoencoder.decode(
      latent * (1 / scale),
      lineart: model.autoencoder.decodesWithLineart ? try lineart([plan.lineartFrame(last)]) : nil
    ).clamped(to: -1...1)
  }
}
