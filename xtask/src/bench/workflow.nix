# Libraries that need each other and cost CPU, and programs that need them: what
# a working day builds again. `stamp` changes the programs, and nothing else.
{ stamp, size }:
let
  step = name: deps: extra: derivation ({
    inherit name deps size;
    system = builtins.currentSystem;
    builder = "/bin/sh";
    PATH = "/usr/bin:/bin";
    args = [ "-c" ''
      i=0
      while [ $i -lt $size ]; do i=$((i + 1)); done
      mkdir $out
      echo $deps > $out/needs
      seq 1 2000 | sed "s/^/$name-/" > $out/data
    '' ];
  } // extra);
  range = from: to: if from > to then [ ] else [ from ] ++ range (from + 1) to;
  range' = n: range 0 (n - 1);
  at = n: builtins.elemAt libraries n;
  libraries = map
    (n: step "library-${toString n}" (map at (builtins.filter (d: d >= 0) [ (n - 4) (n - 7) ])) { })
    (range' 52);
  programs = map
    (n: step "program-${toString n}" (map at [ (4 * n) (4 * n + 1) (4 * n + 2) (4 * n + 3) ]) { inherit stamp; })
    (range' 12);
in
# Every library is needed by a program: 52 of 65 paths stay the same.
step "system" (programs ++ map at (range 48 51)) { inherit stamp; }
