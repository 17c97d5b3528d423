// Bootstrap's behaviours (collapse, modal, offcanvas, dropdown, tooltip) for the staff's shell.
import { bootstrap } from "@tabler/core/dist/js/tabler.esm.js";

window.bootstrap = bootstrap;
