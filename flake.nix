{
  description = "Garret, a self-hosted binary cache for Nix";

  inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";

  outputs =
    { self, nixpkgs }:
    let
      systems = [
        "x86_64-linux"
        "aarch64-linux"
      ];
      each = f: nixpkgs.lib.genAttrs systems (system: f nixpkgs.legacyPackages.${system});
      manifest = builtins.fromTOML (builtins.readFile ./Cargo.toml);
    in
    {
      packages = each (pkgs: rec {
        default = garret;
        garret = pkgs.rustPlatform.buildRustPackage {
          pname = "garret";
          version = manifest.workspace.package.version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          cargoBuildFlags = [
            "--package=garretd"
            "--package=garret"
          ];
          # The whole suite needs a Debian machine and root (`cargo xtask test`).
          doCheck = false;
          nativeBuildInputs = [ pkgs.installShellFiles ];
          postInstall = ''
            installShellCompletion --cmd garret \
              --bash <($out/bin/garret completions bash) \
              --fish <($out/bin/garret completions fish) \
              --zsh <($out/bin/garret completions zsh)
          '';
          meta = {
            description = "A self-hosted binary cache for Nix";
            license = with pkgs.lib.licenses; [
              mit
              asl20
            ];
            mainProgram = "garret";
          };
        };
      });

      devShells = each (pkgs: {
        default = pkgs.mkShell {
          inputsFrom = [ self.packages.${pkgs.stdenv.hostPlatform.system}.garret ];
          packages = with pkgs; [
            cargo-deny
            cargo-nextest
            clippy
            openssl
            rust-analyzer
            rustfmt
          ];
        };
      });

      formatter = each (pkgs: pkgs.nixfmt);
    };
}
