# The derivations of a corpus. `spec` is the JSON file that xtask wrote: packages
# by name, with the SHA-256 of each .deb file, which is all that an output path
# depends on (beside the salt and the builder's format).
{ spec }:
let
  s = builtins.fromJSON (builtins.readFile spec);

  build = attrs: derivation (attrs // {
    system = if s.system == null then builtins.currentSystem else s.system;
    builder = "/corpus/xtask";
    PATH = "/usr/bin:/bin";
    LC_ALL = "C.UTF-8";
    corpusFormat = s.format;
  } // (if s.salt == "" then { } else { corpusSalt = s.salt; }));

  packages = builtins.mapAttrs (name: p: build {
    name = p.store_name;
    args = [ "corpus-builder" "package" ];
    package = name;
    deb = "/corpus/debs/${p.sha256}.deb";
    deps = map (dep: packages.${dep}) p.deps;
  }) s.packages;
in
build {
  name = "corpus-${s.name}";
  args = [ "corpus-builder" "top" ];
  deps = builtins.attrValues packages;
}
