// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "lvcd-bench",
  products: [
    .executable(name: "lvcd-bench", targets: ["LVCDBench"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // MARK: - C libraries
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CFFmpeg", pkgConfig: "libavformat",
      providers: [.apt(["libavformat-dev", "libavcodec-dev", "libavutil-dev", "libswscale-dev"])]),
    .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
    .systemLibrary(name: "CLibCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CLAPACKE", pkgConfig: "lapacke", providers: [.apt(["liblapacke-dev"])]),

    .target(name: "CPNGCodec", dependencies: ["CPNG"]),

    // MARK: - Arithmetic
    .target(name: "CKernels"),

    // MARK: - Tensors and weight files
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: "hdf5", providers: [.apt(["libhdf5-dev"])]),
    .target(name: "CHDF5Extract", dependencies: ["CHDF5"]),
    .target(name: "CTensorKernels"),
    .target(name: "TensorCore", dependencies: ["COpenBLAS", "CTensorKernels"]),
    .target(
      name: "Checkpoints", dependencies: ["TensorCore", "EvalCore", "CZlib", "CHDF5Extract"]),
    .target(name: "NeuralLayers", dependencies: ["TensorCore", "Checkpoints"]),
    .target(name: "LinearAlgebra", dependencies: ["COpenBLAS", "CLAPACKE"]),
    .testTarget(name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "TestSupport"]),
    .testTarget(
      name: "NeuralLayersTests",
      dependencies: ["NeuralLayers", "TensorCore", "Checkpoints", "TestSupport"]),
    .testTarget(
      name: "TensorCoreTests",
      dependencies: ["TensorCore", "CTensorKernels", "Checkpoints", "EvalCore", "TestSupport"]),
    .target(name: "WeightStore", dependencies: ["Checkpoints", "EvalCore", "Hashing"]),
    .testTarget(
      name: "WeightStoreTests",
      dependencies: ["WeightStore", "Checkpoints", "EvalCore", "Hashing", "TestSupport"]),
    .testTarget(name: "CheckpointsTests", dependencies: ["Checkpoints", "TensorCore", "TestSupport"]),

    // MARK: - Vocabulary, pixels and files
    .target(name: "Hashing", dependencies: ["CLibCrypto"]),
    .target(name: "EvalCore", dependencies: ["Hashing"]),
    .target(name: "Imaging", dependencies: ["CKernels", "EvalCore"]),
    .target(name: "Media", dependencies: ["CPNGCodec", "CFFmpeg", "EvalCore", "Hashing"]),

    // MARK: - Test material
    .target(name: "Cartoon", dependencies: ["CCairo", "EvalCore"]),
    .target(
      name: "EmbeddedSuites", exclude: ["Suites"]),

    // MARK: - Films
    .target(name: "SceneCuts", dependencies: ["EvalCore", "Cartoon"]),
    .target(
      name: "ClipBuilding", dependencies: ["EvalCore", "Hashing", "Imaging", "Media", "SceneCuts"]),
    .testTarget(name: "SceneCutsTests", dependencies: ["SceneCuts", "EvalCore"]),
    .testTarget(
      name: "ClipBuildingTests",
      dependencies: ["ClipBuilding", "SceneCuts", "Media", "EvalCore", "TestSupport"]),

    // MARK: - Networks and extractors shared by metrics and methods
    .target(name: "CEmbeddedModels", exclude: ["Models"]),
    .target(name: "EmbeddedModels", dependencies: ["CEmbeddedModels"]),
    .target(
      name: "Perception",
      dependencies: [
        "CKernels", "EvalCore", "Hashing", "Imaging", "TensorCore", "NeuralLayers", "Checkpoints",
        "EmbeddedModels",
      ]),
    .testTarget(
      name: "PerceptionTests",
      dependencies: [
        "Perception", "CKernels", "EvalCore", "Media", "Checkpoints", "TensorCore", "Cartoon", "TestSupport",
      ]),

    // MARK: - Model
    .target(
      name: "LVCDModel",
      dependencies: [
        "NeuralLayers", "Checkpoints", "TensorCore", "Imaging", "EvalCore", "Hashing", "EmbeddedModels",
      ],
      path: "Sources/LVCD"),
    .testTarget(
      name: "LVCDModelTests",
      dependencies: [
        "LVCDModel", "EmbeddedModels", "NeuralLayers", "Checkpoints", "TensorCore", "Imaging", "EvalCore",
        "TestSupport",
      ]),

    // MARK: - Metrics and baselines
    .target(
      name: "Metrics",
      dependencies: [
        "CKernels", "EvalCore", "Imaging", "Perception", "TensorCore", "NeuralLayers", "Checkpoints",
        "LinearAlgebra", "Statistics", "WeightStore",
      ],
      path: "Metrics", exclude: ["README.md"]),
    .target(name: "PublishedData", path: "Baselines/Published", exclude: ["paper.json"]),
    .target(
      name: "Baselines", dependencies: ["EvalCore", "Hashing", "PublishedData"], path: "Baselines",
      exclude: ["README.md", "Published"]),

    // MARK: - Statistics
    .target(name: "Statistics", dependencies: ["EvalCore"]),
    .target(name: "Comparison", dependencies: ["EvalCore", "Statistics"]),

    // MARK: - Reports
    .target(
      name: "Reports", dependencies: ["EvalCore", "Hashing", "Comparison", "Statistics"], path: "Reports",
      exclude: ["README.md", "Published"]),

    // MARK: - Program
    .target(
      name: "Evaluation",
      dependencies: [
        "EvalCore", "Hashing", "Media", "Imaging", "Metrics", "Baselines", "LVCDModel", "Perception",
        "EmbeddedSuites", "Comparison", "Statistics", "WeightStore", "ClipBuilding",
      ]),
    .executableTarget(
      name: "LVCDBench",
      dependencies: [
        "Evaluation", "Reports", "Media", "Imaging", "Metrics", "Baselines", "Perception", "Cartoon",
        "SceneCuts", "ClipBuilding",
        "CKernels", "EvalCore", "Hashing", "Checkpoints", "TensorCore", "WeightStore", "LVCDModel",
        "Comparison", "Statistics",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    // MARK: - Tests
    .target(name: "TestSupport", dependencies: ["EvalCore", "Media"], path: "Tests/TestSupport"),
    .testTarget(name: "EvalCoreTests", dependencies: ["EvalCore", "Hashing", "TestSupport"]),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics", "EvalCore"]),
    .testTarget(
      name: "ComparisonTests", dependencies: ["Comparison", "Statistics", "Reports", "EvalCore"]),
    .testTarget(name: "ImagingTests", dependencies: ["Imaging", "Media", "TestSupport"]),
    .testTarget(name: "MediaTests", dependencies: ["Media", "EvalCore", "Hashing", "TestSupport"]),
    .testTarget(
      name: "CartoonTests",
      dependencies: ["Cartoon", "EmbeddedSuites", "EvalCore", "Hashing", "Media", "TestSupport"]),
    .testTarget(
      name: "MetricsTests",
      dependencies: [
        "Metrics", "CKernels", "EvalCore", "Perception", "Imaging", "Media", "TestSupport", "TensorCore",
        "Checkpoints", "LinearAlgebra", "Statistics", "WeightStore",
      ]),
    .testTarget(name: "BaselinesTests", dependencies: ["Baselines", "EvalCore", "TestSupport"]),
    .testTarget(
      name: "ReportsTests", dependencies: ["Reports", "Baselines", "EvalCore", "Hashing", "TestSupport"]),
    .testTarget(
      name: "EvaluationTests",
      dependencies: ["Evaluation", "Comparison", "Media", "EvalCore", "TestSupport", "WeightStore"]),
    .testTarget(
      name: "ProgramTests", dependencies: ["LVCDBench", "Media", "EvalCore", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6],
  cLanguageStandard: .gnu2x
)

for target in package.targets where ![.system, .binary, .plugin].contains(target.type) {
  target.swiftSettings = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
  ]
}
