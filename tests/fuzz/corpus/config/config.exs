import Config
config :spex,
  dets_dir: "x",
  impl_models_dir: Path.expand("../m", __DIR__)
