/** Light and dark by the reader's own setting; contrasts of 4.5 and more in both. */
export const STYLE = `
:root{--ink:#1b1f24;--soft:#57606a;--back:#fff;--side:#f6f8fa;--line:#d0d7de;--link:#0550ae;--get:#116329;--post:#0550ae;--put:#7d4e00;--delete:#a40e26}
@media (prefers-color-scheme:dark){:root{--ink:#e6edf3;--soft:#9aa4af;--back:#0d1117;--side:#161b22;--line:#30363d;--link:#79c0ff;--get:#7ee787;--post:#79c0ff;--put:#e3b341;--delete:#ffa198}}
*{box-sizing:border-box}
html{scroll-behavior:smooth;scroll-padding-top:1rem}
@media (prefers-reduced-motion:reduce){html{scroll-behavior:auto}}
body{margin:0;color:var(--ink);background:var(--back);font:16px/1.55 system-ui,sans-serif;display:grid;grid-template-columns:19rem minmax(0,1fr)}
a{color:var(--link)}
a:focus-visible,pre:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:1rem;background:var(--back);padding:.5rem;z-index:1}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1rem;background:var(--side);border-right:1px solid var(--line);font-size:.85rem}
nav .name{font-size:1.1rem;font-weight:700;margin:0}
nav h2{font-size:.8rem;color:var(--soft);margin:1.2rem 0 .3rem}
nav ul{list-style:none;margin:0;padding:0}
nav a{display:block;padding:.15rem 0;text-decoration:none;overflow-wrap:anywhere}
nav a:hover{text-decoration:underline}
nav b{display:inline-block;min-width:5em;font-size:.75em}
main{padding:1.5rem clamp(1rem,4vw,3rem) 4rem;max-width:60rem}
h1 small{font-size:.5em;color:var(--soft);font-weight:400}
h2{margin-top:3rem}
article{border-top:1px solid var(--line);margin-top:2rem;padding-top:.5rem}
h3{overflow-wrap:anywhere}
h4{margin:1.2rem 0 .3rem;font-size:1rem}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.9em}
pre{background:var(--side);border:1px solid var(--line);border-radius:6px;padding:.8rem;overflow:auto;max-height:24rem}
table{border-collapse:collapse;width:100%;margin:1rem 0;font-size:.92rem}
caption{text-align:left;font-weight:600;padding-bottom:.3rem}
th,td{text-align:left;vertical-align:top;border-top:1px solid var(--line);padding:.4rem .8rem .4rem 0}
tbody th{font-weight:600;white-space:nowrap}
td{overflow-wrap:anywhere}
td table{margin:.4rem 0 0}
small{color:var(--soft)}
.choices{padding-left:1.2rem}
.GET,.HEAD{color:var(--get)}.POST{color:var(--post)}.PUT,.PATCH{color:var(--put)}.DELETE{color:var(--delete)}
@media (max-width:50rem){body{display:block}nav{position:static;height:auto;max-height:40vh;border-right:0;border-bottom:1px solid var(--line)}tbody th{white-space:normal}}
@media print{nav{display:none}body{display:block}pre{max-height:none;white-space:pre-wrap}}
`;
