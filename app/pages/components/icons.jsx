// The pictures that forms, stages and pages may name; a name that is none of them shows a sheet of paper.
import {
  AlarmClock, ArrowUp, Play, Square, Hash, Timer, Eye, Archive, Paperclip, ExternalLink, ArrowRight, ArrowLeft, ArrowLeftRight, BadgePercent, Ban, Banknote, Barcode, Bell, BookOpen, BookOpenText, Bookmark, Boxes, Briefcase,
  Building2, Calendar, CalendarDays, CalendarOff, ChartColumn, Check, ChevronDown, ChevronRight, CircleCheck, CircleQuestionMark,
  CircleX, ClipboardCheck, ClipboardList, Clock, Coins, Columns3, Copy, CreditCard, Database, Download, Ellipsis, EyeOff, Factory,
  FilePlus2, FileText, FileUp, Flag, FlaskConical, FolderTree, Gift, Globe, Hand, HandCoins, History, House, IdCard, Inbox, Key,
  KeyRound, Landmark, Layers, LayoutGrid, LayoutList, Leaf, List, ListChecks, ListFilter, Lock, Mail, MapPin, Megaphone, Menu,
  MessageSquare, Network, NotebookText, Package, PackageCheck, PackageOpen, Pencil, Percent, Phone, Plug, Plus, Printer, ReceiptText,
  RefreshCw, Repeat, Route, Rows3, Ruler, Scale, ScanBarcode, Search, Send, Settings, ShieldCheck, ShoppingCart, Sparkles, Star,
  Store, Tag, Ticket, TicketPercent, Trash2, TriangleAlert, Truck, Undo2, User, UserCog, Users, Wallet, Warehouse, WifiOff, Workflow, X,
} from "lucide-react";

const ICONS = {
  AlarmClock, ArrowUp, Play, Square, Hash, Timer, Eye, Archive, Paperclip, ExternalLink, ArrowRight, ArrowLeft, ArrowLeftRight, BadgePercent, Ban, Banknote, Barcode, Bell, BookOpen, BookOpenText, Bookmark, Boxes, Briefcase,
  Building2, Calendar, CalendarDays, CalendarOff, ChartColumn, Check, ChevronDown, ChevronRight, CircleCheck, CircleHelp: CircleQuestionMark,
  CircleX, ClipboardCheck, ClipboardList, Clock, Coins, Columns3, Copy, CreditCard, Database, Download, Ellipsis, EyeOff, Factory,
  FilePlus2, FileText, FileUp, Flag, FlaskConical, FolderTree, Gift, Globe, Hand, HandCoins, History, House, IdCard, Inbox, Key,
  KeyRound, Landmark, Layers, LayoutGrid, LayoutList, Leaf, List, ListChecks, ListFilter, Lock, Mail, MapPin, Megaphone, Menu,
  MessageSquare, Network, NotebookText, Package, PackageCheck, PackageOpen, Pencil, Percent, Phone, Plug, Plus, Printer, ReceiptText,
  RefreshCw, Repeat, Route, Rows3, Ruler, Scale, ScanBarcode, Search, Send, Settings, ShieldCheck, ShoppingCart, Sparkles, Star,
  Store, Tag, Ticket, TicketPercent, Trash2, TriangleAlert, Truck, Undo2, User, UserCog, Users, Wallet, Warehouse, WifiOff, Workflow, X,
};

const titled = (name) => name.split("-").map((part) => part.charAt(0).toUpperCase() + part.slice(1)).join("");

export function Icon({ name = "file-text", size = 16 }) {
  const Shape = ICONS[titled(name || "file-text")] || FileText;
  return <Shape size={size} strokeWidth={1.75} aria-hidden="true" />;
}

export function StageChip({ word, colour = "slate", icon = "pencil" }) {
  return <span className={`chip ${colour}`}><Icon name={icon} size={14} />{word}</span>;
}
