import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./App.tsx";
import { takeLink } from "./entry.ts";
import "./style/base.css";
import "./style/layout.css";
import "./style/stage.css";
import "./style/talk.css";
import "./style/times.css";

const link = takeLink();
const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App link={link} />
    </StrictMode>,
  );
}
