import EvalCore
import Metrics
import Perception
import Testing

@Suite struct MetricRegistryTests {
  @Test func metricsComeInTheOrderOfThePaper() throws {
    let metrics = try MetricRegistry.make(MetricID.allCases.shuffled(), weights: Weightless.store)
    #expect(metrics.map(\.id) == [.fid, .fvd, .lpips, .psnr, .ssim, .edmd, .tc])
    #expect(metrics.map(\.label)
        == ["FID", "FVD", "LPIPS", "PSNR", "SSIM", "EDMD[XDoG,0.5]", "TC[RAFT-S/project]"])
    #expect(metrics.filter { $0.unavailability == nil }.map(\.id) == MetricRegistry.available)
  }

  @Test func unavailableMetricsSayWhatTheyNeed() throws {
    let needs: [MetricID: String] = [
      .fid: "pt_inception-2015-12-05", .fvd: "i3d-kinetics-400", .lpips: "alexnet",
    ]
    for (id, words) in needs {
      let metric = try #require(try MetricRegistry.make([id], weights: Weightless.store).first)
      let reason = try #require(metric.unavailability)
      #expect(reason.contains(words) && reason.contains("weights get"))
      #expect(throws: MetricsError.unavailable(metric: id, reason: reason)) {
        try metric.makeObserver(clipID: "a")
      }
      #expect(try metric.summarize([]).value == nil)
    }
  }

  @Test func defaultSignatures() throws {
    let signatures = try MetricRegistry.make([.psnr, .ssim, .edmd], weights: Weightless.store).map(
      \.signature.description)
    let common = "proto:lvcd-paper-1|ref:excl|resize:bilinear-aa|size:256x256"
    #expect(signatures[0] == "PSNR|agg:clip|bits:8|cap:100|\(common)")
    #expect(signatures[1] == "SSIM|agg:clip|bits:8|\(common)|variant:gauss11-valid-rgb")
    let edmd =
      "EDMD|agg:clip|bits:8|edt:exact|extractor:xdog(sigma=1.0,k=1.6,tau=0.98,eps=0.01,phi=20.0)"
      + "|noink:diagonal|polarity:dark-on-light|\(common)|sketch:original|t:0.5|thin:none|where:evaluation"
    #expect(signatures[2] == edmd)
  }

  /// Any legal value other than the default changes signature and column name.
  @Test(arguments: MetricRegistry.available + [.fid, .fvd, .lpips])
  func everyOptionShowsInSignatureAndLabel(id: MetricID) throws {
    let standard = try #require(try MetricRegistry.make([id], weights: Weightless.store).first)
    for option in MetricRegistry.options(of: id) where option.name != "weights" {
      #expect(!option.meaning.isEmpty)
      // Without a weight file auto is raft, iterations are a number, and networks cannot be made.
      if option.name == "weights" || (id == .tc && ["flow", "iterations"].contains(option.name)) { continue }
      let values =
        option.name == "threshold"
        ? ["0.25"] : id == .edmd && option.name == "extractor" ? LineartExtractors.weightless : option.values
      #expect(option.name == "threshold" || values.contains(option.defaultValue))
      for value in values where value != option.defaultValue {
        let metric = try #require(
          try MetricRegistry.make([id], options: [id: [option.name: value]], weights: Weightless.store).first)
        if value == "inception" { continue }  // what the bare name stands for
        // What auto is for the program's weights.
        if id == .tc, option.name == "refined", value == "yes" { continue }
        #expect(metric.signature != standard.signature, "\(option.name)=\(value)")
        #expect(metric.label != standard.label, "\(option.name)=\(value)")
        #expect(metric.comparability == .substitute)
      }
    }
  }

  @Test func anotherSizeLosesTheBareName() throws {
    var evaluation = EvaluationProtocol.paper
    evaluation.size = FrameSize(width: 576, height: 320)
    let metric = try #require(
      try MetricRegistry.make([.psnr], protocol: evaluation, weights: Weightless.store).first)
    #expect(metric.label == "PSNR[576x320]")
    #expect(metric.comparability == .substitute)
  }

  @Test func wrongOptionsNameTheLegalOnes() {
    func message(_ id: MetricID, _ options: [String: String]) -> String? {
      do {
        _ = try MetricRegistry.make([id], options: [id: options], weights: Weightless.store)
        return nil
      } catch { return "\(error)" }
    }
    #expect(
      message(.psnr, ["aggr": "pooled"])
        == "psnr: unknown option 'aggr', did you mean 'agg'?; legal options: agg, identical")
    #expect(
      message(.psnr, ["agg": "poold"])
        == "psnr: option agg=poold is not legal, did you mean 'pooled'?; use one of: frame-db, pooled")
    #expect(
      message(.edmd, ["extractor": "canny"])
        == "edmd: option extractor=canny is not legal; use one of: "
        + LineartExtractors.names.joined(separator: ", "))
    for bad in ["1", "0", "-0.5", "nan", "half", ""] {
      #expect(
        message(.edmd, ["threshold": bad])
          == "edmd: option threshold=\(bad) is not legal; use one of: a number above 0.0 and below 1.0")
    }
    #expect(
      message(.fid, ["flavour": "clean"])?.hasSuffix("use one of: pytorch-fid, torch-fidelity, clean-fid")
        == true)
    for frames in ["", "window", "windows16", "windows16-stride0", "windows16-stride", "windows16-stride-1"] {
      #expect(message(.fvd, ["frames": frames])?.contains("option frames=\(frames) is not legal") == true)
    }
    #expect(
      message(.lpips, ["weights": "/nowhere/w.pth"])?.contains("/nowhere/w.pth: cannot be read") == true)
    #expect(throws: MetricsError.unusedOptions(metric: .ssim, requested: [.psnr])) {
      try MetricRegistry.make([.psnr], options: [.ssim: [:]], weights: Weightless.store)
    }
  }
}
