/**
 * The style sheet of the reference page: system fonts, the colors of the console in both themes, no
 * external resources.
 */
export const docsStyle = `
:root{color-scheme:light dark;--back:light-dark(oklch(.982 .005 85),oklch(.178 .006 80));--raised:light-dark(oklch(1 0 0),oklch(.212 .007 80));--sunken:light-dark(oklch(.958 .007 85),oklch(.152 .005 80));--line:light-dark(oklch(.9 .009 85),oklch(.295 .009 80));--text:light-dark(oklch(.235 .014 75),oklch(.935 .008 85));--muted:light-dark(oklch(.47 .015 75),oklch(.72 .013 85));--accent:light-dark(oklch(.455 .083 197),oklch(.745 .082 188));--get:light-dark(oklch(.44 .11 152),oklch(.82 .14 152));--post:light-dark(oklch(.46 .13 255),oklch(.82 .095 252));--patch:light-dark(oklch(.47 .105 68),oklch(.84 .13 78));--delete:light-dark(oklch(.48 .18 27),oklch(.8 .125 25))}
*{box-sizing:border-box}html{scroll-padding-top:1rem}
body{margin:0;background:var(--back);color:var(--text);font:15px/1.55 system-ui,sans-serif;display:grid;grid-template-columns:17rem minmax(0,1fr)}
a{color:var(--accent)}a:focus-visible,summary:focus-visible,input:focus-visible,button:focus-visible,.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:var(--raised);padding:.5rem 1rem;z-index:2}
nav{position:sticky;top:0;height:100vh;overflow:auto;padding:1.25rem 1rem;border-right:1px solid var(--line);background:var(--raised)}
nav ul{list-style:none;margin:.75rem 0 0;padding:0}nav ul ul{margin:0 0 .5rem;padding-left:.5rem}nav a[aria-current]{font-weight:650}
nav li a{display:flex;gap:.3rem;align-items:baseline;padding:.18rem .35rem;color:var(--text);text-decoration:none;font-size:.87rem;border-radius:4px}nav li a:hover{background:var(--back)}
nav b{font-size:.64rem;flex:none;width:2.8rem}.mark{font-weight:650;margin:0}.mark a{color:inherit;text-decoration:none}.mark span{color:var(--muted);font-weight:400}
main{padding:1.5rem 2.5rem 4rem;max-width:68rem}h1{font-size:1.6rem;margin:0 0 .75rem}main h2{margin:3rem 0 0;font-size:1.2rem;border-bottom:1px solid var(--line);padding-bottom:.4rem}
article{margin:1.75rem 0;padding:1.1rem 1.25rem;border:1px solid var(--line);border-radius:8px;background:var(--raised)}article:target{border-color:var(--accent)}article h2{border:0;padding:0;margin:0;font-size:1.02rem}.up{margin:0 0 .25rem;font-size:.87rem}
.list{list-style:none;margin:.75rem 0 0;padding:0}.list li{padding:.45rem .6rem;border-left:2px solid transparent}.list li:target{border-color:var(--accent);background:var(--raised)}.list b{font-size:.75rem}main section h2 a{color:inherit}
form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;margin:0 0 1rem}label{flex-basis:100%;font-size:.87rem}input{flex:1 1 14rem;max-width:26rem;font:inherit;padding:.4rem .6rem;color:inherit;background:var(--raised);border:1px solid var(--muted);border-radius:6px}button{font:inherit;padding:.4rem .9rem;color:inherit;background:var(--raised);border:1px solid var(--muted);border-radius:6px;cursor:pointer}
h3{margin:0;font-size:1.02rem}
.call{margin:.35rem 0}.call code{font-size:.95rem}code{font:.88em ui-monospace,monospace;overflow-wrap:anywhere}
.get{color:var(--get)}.post{color:var(--post)}.patch{color:var(--patch)}.delete{color:var(--delete)}
.scroll{overflow-x:auto;margin:.9rem 0}table{border-collapse:collapse;width:100%;font-size:.87rem}caption,.caption{text-align:left;font-weight:600;padding:.2rem 0}
th,td{text-align:left;vertical-align:top;padding:.38rem .7rem .38rem 0;border-top:1px solid var(--line)}thead th{border-top:0;color:var(--muted);font-weight:500}tbody th{font-weight:400;white-space:nowrap}small{color:var(--muted)}
.examples{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:.9rem;margin:.9rem 0}figure{margin:0;min-width:0}figcaption{font-weight:600;font-size:.87rem;padding:.2rem 0}
pre{margin:0;padding:.7rem .85rem;max-height:20rem;overflow:auto;border:1px solid var(--line);border-radius:6px;background:var(--sunken);font-size:.82rem;line-height:1.5}pre code{overflow-wrap:normal;font-size:1em}pre:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
summary{cursor:pointer;color:var(--muted)}
@media (max-width:70rem){.examples{grid-template-columns:minmax(0,1fr)}}
@media (max-width:56rem){body{display:block}nav{position:static;height:auto;max-height:16rem;border-right:0;border-bottom:1px solid var(--line)}main{padding:1.25rem 1rem 3rem}}
`;
