/** The style sheet of all pages. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1d2620; --soft: #5c6b61; --line: #dfe6e0; --ground: #fafcfa; --card: #fff; --leaf: #2d7d46; --warn: #a4531a; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6eee8; --soft: #9db0a3; --line: #2c3830; --ground: #121713; --card: #1a211c; --leaf: #6cc488; --warn: #e0a06b; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: 0 auto; padding: 2rem 1rem 4rem; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; }
p { margin: .25rem 0; }
.soft { color: var(--soft); }
ul { list-style: none; margin: 1.5rem 0; padding: 0; }
li { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1.1rem; margin: 0 0 .7rem; display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center; }
.what { flex: 1 1 22rem; min-width: 0; }
.name { font-weight: 600; overflow-wrap: anywhere; }
.name a { color: inherit; }
.facts { font-size: .9rem; color: var(--soft); font-variant-numeric: tabular-nums; }
.facts .warn { color: var(--warn); }
.get { display: flex; gap: .5rem; }
a.button { border: 1px solid var(--leaf); color: var(--leaf); border-radius: .4rem; padding: .3rem .8rem; text-decoration: none; font-size: .95rem; white-space: nowrap; }
a.button.first { background: var(--leaf); color: var(--card); }
a.button:hover, a.button:focus-visible { outline: 2px solid var(--leaf); outline-offset: 1px; }
code { background: var(--card); border: 1px solid var(--line); border-radius: .3rem; padding: .1rem .35rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; margin: 1.5rem 0; background: var(--card); }
th, td { border: 1px solid var(--line); padding: .5rem 1rem; text-align: left; font-weight: 400; }
th { overflow-wrap: anywhere; }
td { text-align: right; font-variant-numeric: tabular-nums; }
a { color: var(--leaf); }
nav { display: flex; gap: 1rem; }
`;
