import EvalCore
import Metrics
import Perception
import Testing

@Suite struct MetricRegistryTests {
  @Test func metricsComeInTheOrderOfThePaper() throws {
    let metrics = try MetricRegistry.make(MetricID.allCases.shuffled())
    #expect(metrics.map(\.id) == [.fid, .fvd, .lpips, .psnr, .ssim, .edmd, .tc])
    #expect(metrics.map(\.label) == ["FID", "FVD", "LPIPS", "PSNR", "SSIM", "EDMD[XDoG,0.5]", "TC[DIS]"])
    #expect(metrics.filter { $0.unavailability == nil }.map(\.id) == MetricRegistry.available)
  }

  @Test func unavailableMetricsSayWhatTheyNeed() throws {
    let needs: [MetricID: String] = [
      .fid: "pt_inception-2015-12-05", .fvd: "i3d-kinetics-400", .lpips: "alexnet",
    ]
    for (id, words) in needs {
      let metric = try #require(try MetricRegistry.make([id]).first)
      let reason = try #require(metric.unavailability)
      #expect(reason.contains(words))
      #expect(throws: MetricsError.unavailable(metric: id, reason: reason)) {
        try metric.makeObserver(clipID: "a")
      }
      #expect(try metric.summarize([]).value == nil)
      #expect(MetricRegistry.options(of: id).isEmpty)
    }
  }

  @Test func defaultSignatures() throws {
    let signatures = try MetricRegistry.make([.psnr, .ssim, .edmd]).map(\.signature.description)
    let common = "proto:lvcd-paper-1|ref:excl|resize:bilinear-aa|size:256x256"
    #expect(signatures[0] == "PSNR|agg:clip|bits:8|cap:100|\(common)")
    #expect(signatures[1] == "SSIM|agg:clip|bits:8|\(common)|variant:gauss11-valid-rgb")
    let edmd =
      "EDMD|agg:clip|bits:8|edt:exact|extractor:xdog(sigma=1.0,k=1.6,tau=0.98,eps=0.01,phi=20.0)"
      + "|noink:diagonal|polarity:dark-on-light|\(common)|sketch:original|t:0.5|thin:none|where:evaluation"
    #expect(signatures[2] == edmd)
  }

  /// Any legal value other than the default changes signature and column name.
  @Test(arguments: MetricRegistry.available)
  func everyOptionShowsInSignatureAndLabel(id: MetricID) throws {
    let standard = try #require(try MetricRegistry.make([id]).first)
    for option in MetricRegistry.options(of: id) {
      #expect(!option.meaning.isEmpty)
      // Without a weight file auto is dis, iterations change nothing, and networks cannot be made.
      if option.name == "weights" || (id == .tc && ["flow", "iterations"].contains(option.name)) { continue }
      let values =
        option.name == "threshold"
        ? ["0.25"] : option.name == "extractor" ? LineartExtractors.weightless : option.values
      #expect(option.name == "threshold" || values.contains(option.defaultValue))
      for value in values where value != option.defaultValue {
        let metric = try #require(try MetricRegistry.make([id], options: [id: [option.name: value]]).first)
        #expect(metric.signature != standard.signature, "\(option.name)=\(value)")
        #expect(metric.label != standard.label, "\(option.name)=\(value)")
        #expect(metric.comparability == .substitute)
      }
    }
  }

  @Test func anotherSizeLosesTheBareName() throws {
    var evaluation = EvaluationProtocol.paper
    evaluation.size = FrameSize(width: 576, height: 320)
    let metric = try #require(try MetricRegistry.make([.psnr], protocol: evaluation).first)
    #expect(metric.label == "PSNR[576x320]")
    #expect(metric.comparability == .substitute)
  }

  @Test func wrongOptionsNameTheLegalOnes() {
    func message(_ id: MetricID, _ options: [String: String]) -> String? {
      do {
        _ = try MetricRegistry.make([id], options: [id: options])
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
        == "edmd: option extractor=canny is not legal; use one of: " + LineartExtractors.names.joined(separator: ", "))
    for bad in ["1", "0", "-0.5", "nan", "half", ""] {
      #expect(
        message(.edmd, ["threshold": bad])
          == "edmd: option threshold=\(bad) is not legal; use one of: a number above 0.0 and below 1.0")
    }
    #expect(
      message(.fid, ["flavour": "clean"])
        == "fid: unknown option 'flavour'; this metric has no options, leave it out")
    #expect(throws: MetricsError.unusedOptions(metric: .ssim, requested: [.psnr])) {
      try MetricRegistry.make([.psnr], options: [.ssim: [:]])
    }
  }
}
