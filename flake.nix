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
            pkg-config
            rust-analyzer
            rustfmt
          ];
        };
      });

      # The nine suites of the switch tool, against its simulator; no switch and
      # no network are needed.
      checks = each (pkgs: {
        mikrotik-skill-validation = pkgs.rustPlatform.buildRustPackage {
          pname = "mikrotik-skill-validation";
          version = manifest.workspace.package.version;
          src = self;
          cargoLock.lockFile = ./Cargo.lock;
          # Nothing is installed, so nothing has to say what it was built from.
          auditable = false;
          nativeBuildInputs = [ pkgs.pkg-config ];
          buildInputs = [
            pkgs.openssl
            pkgs.zlib
          ];
          # ssh-keygen, which a hint of the tool names.
          nativeCheckInputs = [ pkgs.openssh ];
          buildPhase = ''
            runHook preBuild
            cargo test --offline --package routeros --test it --jobs "$NIX_BUILD_CORES" --no-run
            runHook postBuild
          '';
          # Sockets on 127.0.0.1 and terminals are there in Nix's sandbox.
          checkPhase = ''
            runHook preCheck
            cargo test --offline --package routeros --test it -- suites documented
            runHook postCheck
          '';
          installPhase = ''
            touch $out
          '';
        };
      });

      formatter = each (pkgs: pkgs.nixfmt);
    };
}
