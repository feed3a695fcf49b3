// What the whole document needs: its language, title and fonts, and whether the network is there.
import { useEffect, useState } from "react";
import latin from "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url";

const LATIN = "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,U+2000-206F,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215,U+FEFF,U+FFFD";
const BESIDE_CHINESE = "U+0000-00B6,U+00B8-00FF,U+0131,U+0152-0153,U+20AC,U+2122,U+2191,U+2193,U+2212,U+2215";
const face = (name, range) => `@font-face{font-family:"${name}";font-weight:100 900;font-display:swap;src:url(${latin}) format("woff2-variations");unicode-range:${range}}`;

function useFonts() {
  useEffect(() => {
    if (document.getElementById("daybook-fonts")) return;
    const sheet = document.createElement("style");
    sheet.id = "daybook-fonts";
    sheet.textContent = face("Inter Variable", LATIN) + face("Inter Daybook Chinese", BESIDE_CHINESE);
    document.head.appendChild(sheet);
  }, []);
}

export function PageHead({ lang = "en", title = "", product = "Daybook", offline = "" }) {
  const [online, setOnline] = useState(true);
  useFonts();
  useEffect(() => { if (lang) document.documentElement.lang = lang === "zh" ? "zh-CN" : lang; }, [lang]);
  useEffect(() => { document.title = title ? `${title} · ${product}` : product; }, [title, product]);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    look();
    window.addEventListener("online", look);
    window.addEventListener("offline", look);
    return () => { window.removeEventListener("online", look); window.removeEventListener("offline", look); };
  }, []);
  return <div aria-live="polite" role="status">{online ? null : <div className="callout amber">{offline}</div>}</div>;
}
