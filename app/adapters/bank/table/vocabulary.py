"""What banks call their columns, and the words in them; without case, marks and punctuation.

Within a line the better name stands first: where a table has several of them, it is taken.
"""

from __future__ import annotations

import re
from functools import lru_cache

from app.adapters.bank.table.amounts import currency_of
from app.kernel.text import fold

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})
_CURRENCY = re.compile(r"[€£₹₺₴₽₪₩฿]|(?<![^\W_])(?:[A-Z]{3}|zł|Kč)(?![^\W_])")
_WORDS = re.compile(r"[^\W_]+")


@lru_cache(maxsize=8192)
def plain(text: str) -> str:
    """A name or word as it is compared.

    >>> plain("Zahlungsempfänger*in"), plain("Af / Bij"), plain("+/-")
    ('zahlungsempfanger in', 'af bij', '+-')
    """
    spread = fold(text[:200]).translate(_LETTERS)
    found = " ".join(_WORDS.findall(spread))
    return found or re.sub(r"[^+-]", "", re.sub("[−–—]", "-", spread))


def heading(text: str) -> str:
    """A column's name without the currency in it: `Betrag (€)`, `Amount in EUR`."""
    kept = re.sub(r"[(\[]\s*([^()\[\]]{1,4})\s*[)\]]", _unless_currency, text[:200])
    names = plain(kept).split()
    if len(names) > 1 and _is_code(names[0]):
        del names[0]
    while len(names) > 1 and _is_code(names[-1]):
        names.pop()
        if len(names) > 1 and names[-1] in ("in", "en", "w"):
            names.pop()
    return " ".join(names) or plain(text)


def currency_in(text: str) -> str:
    """The currency that a column's name, or a line before the table, gives."""
    for word in _CURRENCY.findall(text[:200]):
        if found := currency_of(word):
            return found
    return "EUR" if re.search(r"\beuros?\b", text[:200], re.IGNORECASE) else ""


def _unless_currency(found: re.Match[str]) -> str:
    return " " if currency_of(found.group(1)) is not None else found.group()


def _is_code(word: str) -> bool:
    if word in ("euro", "euros", "dollars", "pounds", "zl", "kc", "francs"):
        return True
    return len(word) == 3 and word not in ("all", "top", "try") and currency_of(word) is not None


def _names(text: str) -> tuple[str, ...]:
    return tuple(" ".join(name.split()) for name in text.split("|"))


VALUE_DATE = _names(
    "value date|wertstellung valuta|valuta wertstellung|value dat|valuta|valutadatum|valuta datum"
    "|datum valuta|valutastellung|wertstellung|wertstellungsdatum|wertstellungstag|wertdatum|wert"
    "|fecha valor|f valor|date de valeur|date valeur|data valuta|data valor|data waluty"
    "|interest date|rentedatum|rentedato|valutadato|valutadag|valor|datum waarde|valutatag"
    "|effective date|erteknap|arvopaiva"
)
DATE = _names(
    "date|datum|booking date|buchungstag|buchungsdatum|posting date|posted date|post date"
    "|date posted|transaction date|trans date|completed date|date completed|completed|finished on"
    "|entry date|book date|boekdatum|boekingsdatum|transactiedatum|verwerkingsdatum"
    "|uitvoeringsdatum|datum transactie|fecha|fecha operacion|fecha de operacion|f operacion"
    "|fecha contable|f contable|fecha mov|fecha movimiento|date operation|date d operation"
    "|date de l operation|date comptable|date de comptabilisation|date comptabilisation|data"
    "|data contabile|data operazione|data registrazione|data movimento|data mov|data ksiegowania"
    "|data operacji|data transakcji|data lancamento|bokforingsdag|bokforingsdatum|transaktionsdag"
    "|bokfort|bokfort dato|bokforingsdato|dato|bogforingsdato|utfort dato|kirjauspaiva|maksupaiva"
    "|datum zauctovani|datum provedeni|datum operace|datum zuctovania|konyveles datuma"
    "|konyveles datum|tranzakcio datuma|data tranzactiei|datum knjizenja|tarih|islem tarihi|kuupaev"
    "|datums|operacijos data|buchung|buchungszeitpunkt|umsatzdatum|umsatztag|auftragsdatum"
    "|belegdatum|date time|date and time|datetime|timestamp|date utc|created on|created"
    "|transaction time|started date|дата|ημερομηνια|data operatiune|datum knjizbe|datum objednavky"
    "|datum boeking|date transaction|jour|dia|giorno|tag|day"
)
AMOUNT = _names(
    "amount|betrag|betrag in|amount in|umsatz|importe|montant|importo|bedrag|kwota|belopp|belob"
    "|belop|net|netto|net amount|nettobetrag|net montant|maara|summa|valor|quantia|montante|castka"
    "|suma|objem|osszeg|tutar|islem tutari|transaction amount|transaktionsbetrag|buchungsbetrag"
    "|amount in account currency|betrag in kontowahrung|umsatz in kontowahrung|kwota operacji"
    "|kwota transakcji|kwota w walucie rachunku|kwota rozliczenia|bedrag bij af|bedrag af bij"
    "|transactiebedrag|montant operation|montant de l operation|importe operacion|monto|cantidad"
    "|iznos|znesek|сумма|ποσο|source amount after fees|target amount after fees|value"
    "|amount local currency|gross|gross amount|brutto|bruttobetrag|debit credit|credit debit"
    "|soll haben|haben soll|debet credit|debit kredit|total amount|total|paid amount|credit amount"
)
CREDIT = _names(
    "credit|credit amount|credit amt|amount credited|credits|haben|betrag haben|haben betrag"
    "|habenbetrag|habenumsatz|gutschrift|gutschriften|gutschriftsbetrag|paid in|money in"
    "|money received|abono|abonos|credito|creditos|importe haber|haber|ingreso|ingresos|accrediti"
    "|accredito|avere|entrate|entrata|importo avere|bij|bedrag bij|bijschrijving|credit montant"
    "|montant credit|recettes|recette|uznania|uznanie|wplyw|wplywy|kwota uznania|insattning"
    "|insattningar|kredit|indsat|ind|inn|innskudd|inn pa konto|hyvitys|deposits|deposit"
    "|deposit amount|deposits credits|received|eingang|eingange|zugang|zugange|einzahlung|einnahmen"
    "|einnahme|jovairas|prijem|prijmy|incoming|cr|cr amount|in|entradas|entrada|alacak|ontvangen"
    "|ontvangsten|receitas|kreditas|kreeditbetrag|credit value|amount in|to account|приход|кредит"
    "|potrazuje|dobro|credite|incasari"
)
DEBIT = _names(
    "debit|debit amount|debit amt|amount debited|debits|soll|betrag soll|soll betrag|sollbetrag"
    "|sollumsatz|lastschrift|lastschriften|lastschriftsbetrag|belastung|belastungen"
    "|belastungsbetrag|paid out|money out|money spent|cargo|cargos|debito|debitos|importe debe|debe"
    "|adeudo|adeudos|pago|pagos|gasto|gastos|addebiti|addebito|dare|uscite|uscita|importo dare|af"
    "|bedrag af|afschrijving|debit montant|montant debit|depenses|depense|obciazenia|obciazenie"
    "|wydatek|wydatki|wyplaty|kwota obciazenia|uttag|debet|haevet|ud|ut|uttak|ut fra konto|veloitus"
    "|withdrawals|withdrawal|withdrawal amount|withdrawals debits|spent|ausgang|ausgange|abgang"
    "|abgange|auszahlung|ausgaben|ausgabe|terheles|vydaj|vydaje|outgoing|dr|dr amount|out|saidas"
    "|saida|borc|betaald|uitgaven|despesas|debetas|deebetbetrag|debit value|amount out|from account"
    "|payments|payment|расход|дебет|duguje|breme|debite|plati"
)
SIDE = _names(
    "af bij|bij af|soll haben|haben soll|s h|sh|h s|soll haben kennzeichen|soll haben kz"
    "|soll haben kennung|d c|dc|c d|cd|dr cr|cr dr|d k|dk|k d|debit credit|credit debit"
    "|debit credit indicator|credit debit indicator|cdtdbtind|credit or debit|debit or credit"
    "|debet credit|credit debet|debet kredit|debit kredit|lastschrift gutschrift"
    "|gutschrift lastschrift|addebito accredito|dare avere|cargo abono|abono cargo|debe haber"
    "|debito credito|obciazenie uznanie|wn ma|dt kt|money in out|money in money out|in out|in uit"
    "|ein aus|eingang ausgang|sens|sens de l operation|segno|signo|sign|vorzeichen|direction"
    "|richting|richtung|plus minus|+-|-+|dr or cr|side|d h|direcao|sentido|kierunek|smer"
)
CURRENCY = _names(
    "currency|wahrung|waehrung|whrg|wahr|kontowahrung|moneda|devise|divisa|munt|muntsoort|valuta"
    "|waluta|mena|penznem|deviza|doviz|para birimi|ccy|cur|curr|currency code|valuutta|valuuta"
    "|moeda|transaction currency|account currency|source currency|mutation currency|valiuta"
    "|waluta operacji|waluta transakcji|devisa|валюта|νομισμα|iso currency"
)
PAYER = _names(
    "payer|payer name|paid by|debtor|debtor name|sender|sender name|absender|auftraggeber"
    "|zahlungspflichtiger|zahlungspflichtige r|zahlungspflichtige|zahler|ordenante|ordinante"
    "|donneur d ordre|nadawca|nazwa nadawcy|opdrachtgever|avsender|avsandare|from|source name"
    "|nom donneur d ordre|remitter|platce|ordonator"
)
PAYEE = _names(
    "payee|payee name|creditor|creditor name|beneficiary|beneficiary name|recipient|recipient name"
    "|zahlungsempfanger in|zahlungsempfanger|zahlungsempfangerin|empfanger|begunstigter"
    "|beguenstigter|beneficiario|beneficiaire|odbiorca|nazwa odbiorcy|begunstigde|naam begunstigde"
    "|mottagare|mottaker|modtager|saaja|to|target name|prijemce|receiver"
)
NAME = _names(
    "counterparty name|counter party name|partner name|auftraggeber empfanger"
    "|empfanger auftraggeber|auftraggeber beguenstigter|auftraggeber begunstigter"
    "|begunstigter auftraggeber|beguenstigter auftraggeber|beguenstigter zahlungspflichtiger"
    "|begunstigter zahlungspflichtiger|name zahlungsbeteiligter|zahlungsbeteiligter"
    "|zahlungsempfanger auftraggeber|empfanger zahlungspflichtiger|zahlungspflichtiger empfanger"
    "|absender empfanger|auftraggeber zahlungsempfanger|name des partners|partnername|gegenpartei"
    "|zahlungspartner|naam tegenpartij|tegenpartij naam|naam tegenrekening|naam tegenrekeninghouder"
    "|tegenrekeninghouder|naam tegenpartij bevat|naam omschrijving|contrepartie|nom contrepartie"
    "|nom de la contrepartie|nom de la contrepartie bevat|tiers|libelle tiers|controparte"
    "|contraparte|beneficiario ordenante|ordenante beneficiario|beneficiario o ordenante"
    "|nadawca odbiorca|odbiorca nadawca|kontrahent|nazwa kontrahenta|dane kontrahenta"
    "|nazwa nadawcy odbiorcy|dane nadawcy odbiorcy|kontrahenci|saaja maksaja|maksaja saaja"
    "|nazev protiuctu|nazev protistrany|protistrana|partner neve|ellenoldali nev|motpart"
    "|afsender modtager|merchant name|merchant|to from|other party|other party name"
    "|name of counterparty|counterparty account name|name of payer payee|payer payee|payee payer"
    "|sender recipient|sender or recipient|client name|customer name|контрагент|counterparty"
    "|counter party|tegenpartij|partner|name description|name|naam|nom|nombre|naziv|имя"
)
OTHER_ACCOUNT = _names(
    "counterparty account|counterparty iban|counterparty account number|counterparty account iban"
    "|counterparty bank account|kontonummer iban|iban kontonummer|konto nummer iban|partner iban"
    "|partner account|partner account number|tegenrekening|tegenrekening iban bban"
    "|tegenrekeningnummer|rekening tegenpartij|rekeningnummer tegenpartij|iban tegenpartij"
    "|tegenpartij rekening|iban zahlungsbeteiligter|iban des zahlungsbeteiligten"
    "|kontonummer zahlungsbeteiligter|iban des partners|iban auftraggeber empfanger"
    "|konto auftraggeber empfanger|gegenkonto|gegen iban|compte contrepartie|iban contrepartie"
    "|compte de la contrepartie|compte bancaire de la contrepartie|iban controparte"
    "|conto controparte|cuenta contraparte|cuenta contrapartida|iban contraparte"
    "|numer konta nadawcy odbiorcy|numer rachunku nadawcy odbiorcy|nr rachunku nadawcy odbiorcy"
    "|rachunek kontrahenta|numer rachunku kontrahenta|numer konta kontrahenta|nr konta kontrahenta"
    "|rachunek nadawcy odbiorcy|konto kontrahenta|cislo protiuctu|protiucet|protistrana cislo"
    "|motkonto|motpartskonto|other account|other party account|ellenoldali szamlaszam"
    "|partner szamlaszama|counterparty|counter party|tegenpartij|account of the other side"
    "|bankverbindung partner|iban empfanger|iban begunstigter"
)
PAYER_ACCOUNT = _names(
    "payer account|payer iban|payer account number|debtor account|debtor iban|sender account"
    "|sender iban|rachunek nadawcy|konto nadawcy|numer konta nadawcy|numer rachunku nadawcy"
    "|iban absender|absender iban|cuenta ordenante|iban ordenante|fra konto|fran konto|from account"
    "|source account|auftraggeber iban|auftraggeber konto"
)
PAYEE_ACCOUNT = _names(
    "payee account|payee iban|payee account number|creditor account|creditor iban|recipient account"
    "|recipient iban|beneficiary account|beneficiary iban|rachunek odbiorcy|konto odbiorcy"
    "|numer konta odbiorcy|numer rachunku odbiorcy|cuenta beneficiario|iban beneficiario|til konto"
    "|till konto|to account|target account|empfanger iban|empfanger konto"
)
OWN_ACCOUNT = _names(
    "own account|our account|iban kontoinhaber|konto kontoinhaber|auftragskonto|iban auftragskonto"
    "|eigenes konto|girokonto|iban rekeninghouder|own iban|own account number"
    "|account holder account|konto eigen"
)
ACCOUNT = _names(
    "account number|kontonummer|rekening|rekeningnummer|account no|iban bban|konto|konto nr"
    "|numer rachunku|numer konta|nr rachunku|rachunek|compte|numero de compte|cuenta"
    "|numero de cuenta|conto|numero conto|account|iban|iban number|account iban|bankkonto"
    "|cislo uctu|ucet|szamlaszam|tilinumero|kontonr|conta"
)
"""May be the board's own, or the payer's: what is in them tells."""
GENERIC_OTHER = frozenset({"account", "iban", "iban number"})
"""Where nothing else tells, these are of the other side, and the rest of `ACCOUNT` the board's."""
TEXT = _names(
    "notifications|reference|payment reference|remittance information|verwendungszweck|text"
    "|description|memo|details|concepto|libelle|causale|omschrijving|mededelingen|mededeling"
    "|buchungsdetails|zahlungsreferenz|communication|communications|tytul|tytulem|opis operacji"
    "|opis|descrizione|descripcion|descricao|historico|observaciones|transaction description"
    "|narrative|particulars|meddelande|tekst|beskrivelse|viesti|zprava|zprava pro prijemce|poznamka"
    "|kozlemeny|aciklama|structured reference|free reference|note|notes|remarks|comment|betreff"
    "|zweck|sonstiges|omschrijving 1|omschrijving 2|omschrijving 3|vwz|vwz1|vwz2|vwz3"
    "|verwendungszweck 1"
)
KIND = _names(
    "buchungstext|umsatzart|umsatztyp|transaction type|type|mutatiesoort|type mouvement|tipo"
    "|tipo operacion|tipo movimento|typ operacji|rodzaj operacji|typ transakcji|vorgang|soort|art"
    "|transaktionstyp|buchungsart|transactietype|booking text|geschaftsvorfall|tapahtumalaji|typ"
    "|transaction code|subcategory|code|tran type"
)
STATUS = _names(
    "status|state|buchungsstatus|umsatzstatus|estado|statut|etat|stato|transaction status"
    "|booking status|zustand|stan|stav|tila|allapot|situacao|durum|payment status|pending|booked"
    "|vorgemerkt|gebucht|cleared|is pending|is booked"
)
BANK_ID = _names(
    "id|transaktions nr|transaktionsnummer|transaction no|transaction nr|id operace|bank id"
    "|transaction id|transactionid|bank reference|line id|fitid|referenz id|transferwise id"
    "|transaction number|volgnr|transaction uid|uid|buchungsreferenz|umsatz id|transaktions id"
    "|identyfikator operacji|id operacji|id transakcji|id operacion|numero operation|id pohybu"
    "|arkistointitunnus|transactiereferentie|bankreferenz|entry reference"
    "|account servicer reference|dokumento nr"
)
END_TO_END = _names(
    "end to end id|end to end reference|end to end referenz|end to end|endtoendid"
    "|kundenreferenz end to end|e2e|e2e referenz|ende zu ende referenz|kundenreferenz"
    "|end to end identification|end to end ref"
)
BALANCE = re.compile(
    r"\b(balance|saldo|salden|solde|kontostand|zustatek|zostatok|egyenleg|bakiye|bilance|sold"
    r"|running bal|resulting|stanje|likutis|atlikums|остаток)\b"
)
NO_AMOUNT = re.compile(
    r"\b(orig\w*|ursprung\w*|foreign|fremd\w*|local|fees?|gebuhr\w*|commission|kosten|tax|vat|mwst"
    r"|kurs|rate|exchange|cashback|wechsel\w*|auslagenersatz|frais|spesen|entgelt|limit)\b"
)
"""In the name of a column with sums that are not what was booked."""

WORDS_IN = frozenset(
    _names(
        "bij|h|haben|c|cr|crdt|credit|credito|kredit|in|money in|paid in|gutschrift|eingang"
        "|eingehend|incoming|inkomend|inbound|+|plus|accredito|avere|abono|haber|ingreso|entrada"
        "|entrata|recu|received|receive|ontvangen|uznanie|ma|wplyw|insattning|kt|deposit|zugang|ind"
        "|inn|jovairas|prijem|prichozi|alacak|credited|einnahme|recette|encaissement|k|hyvitys"
        "|bijschrijving|einzahlung|kreditas|credit transfer in|pano|przychod|uznania|prijemka"
        "|credits|entrante|in entrata|entrant|kreedit|cred|приход|кредит|πιστωση|habenbuchung"
        "|positief|positiv|positive|money received|credit entry|incasare|intrare"
    )
)
WORDS_OUT = frozenset(
    _names(
        "uit|aus|fora|af|s|soll|d|dr|dbit|debit|debito|debet|out|money out|paid out|lastschrift"
        "|ausgang|ausgehend|outgoing|uitgaand|outbound|-|minus|addebito|dare|cargo|debe|adeudo"
        "|gasto|egreso|salida|saida|uscita|envoye|sent|betaald|obciazenie|wn|wydatek|uttag|dt"
        "|withdrawal|abgang|ud|ut|terheles|vydaj|odchozi|borc|debited|ausgabe|depense|decaissement"
        "|belastung|veloitus|afschrijving|auszahlung|debetas|otto|rozchod|obciazenia|debits"
        "|saliente|in uscita|sortant|deebet|deb|расход|дебет|χρεωση|sollbuchung|negatief|negativ"
        "|negative|spent|money spent|debit entry|plata|iesire|meno|moins|menos"
    )
)
BOOKED = frozenset(
    _names(
        "gebucht|umsatz gebucht|gebuchte umsatze|posted transactions|booked transactions|booked"
        "|book|completed|complete|posted|settled|cleared|executed|done|ok|success|successful"
        "|succeeded|erledigt|abgeschlossen|ausgefuhrt|ausgefuehrt|verbucht|comptabilise"
        "|comptabilisee|effectue|effectuee|execute|executee|valide|validee|termine|terminee"
        "|contabilizado|contabilizada|ejecutado|ejecutada|realizado|realizada|completado|completada"
        "|liquidado|liquidada|contabilizzato|contabilizzata|eseguito|eseguita|completato|uitgevoerd"
        "|verwerkt|geboekt|zaksiegowana|zaksiegowane|zaksiegowano|zrealizowana|zrealizowano"
        "|zrealizowany|wykonana|rozliczona|rozliczono|bokfort|bokford|gjennomfort|utfort|utford"
        "|genomford|udfort|bogfort|zauctovano|zauctovana|provedeno|konyvelt|teljesitett|tamamlandi"
        "|final|finished|processed|concluida|efetivada|suoritettu|kirjattu|transaction completed"
        "|confirmed"
    )
)
OPEN = frozenset(
    _names(
        "vorgemerkt|umsatz vorgemerkt|vorgemerkte umsatze|pending|pdng|pending transaction"
        "|pending transactions|in process|in progress|processing|authorised|authorized"
        "|authorisation|authorization|offen|en attente|a venir|en cours|pendiente"
        "|pendiente de contabilizar|in attesa|in corso|da contabilizzare|non contabilizzato"
        "|in behandeling|gereserveerd|in afwachting|nog niet verwerkt|oczekujaca|oczekujace"
        "|oczekuje|w realizacji|blokada|scheduled|ausstehend|in bearbeitung|reserviert|reservert"
        "|reserverad|reserveret|pendente|em processamento|cekajici|nezauctovano|fuggoben|bekleyen"
        "|beklemede|hold|on hold|incomplete|waiting|no contabilizado|odottaa|varaus|geplant"
        "|avisiert|angekundigt|unposted|not posted|unbooked|not booked|noch nicht gebucht"
        "|nicht gebucht|ungebucht|uncleared|estimated|provisional|future|planned|created|initiated"
        "|requested|venteende|ikke bokfort|preliminar|preliminary|mouvements en attente"
        "|operations en attente|movimientos pendientes|in prenotazione|prenotato|autorizzato"
        "|autorise|autorizado"
    )
)
CANCELLED = frozenset(
    _names(
        "declined|failed|reverted|cancelled|canceled|cancellation|rejected|abgelehnt|storniert"
        "|fehlgeschlagen|abgebrochen|refuse|refusee|annule|annulee|rejete|rejetee|echoue|rechazado"
        "|rechazada|cancelado|cancelada|anulado|anulada|denegado|denegada|fallido|annullato"
        "|annullata|rifiutato|rifiutata|geweigerd|geannuleerd|afgewezen|mislukt|odrzucona|odrzucono"
        "|anulowana|anulowano|deleted|expired|blocked|nicht ausgefuhrt|nicht ausgefuehrt|denied"
        "|void|voided|aborted|error|gescheitert|recusada|avvisad|avvist|avbruten|avbrutt|makulerad"
        "|zamitnuto|zruseno|iptal|hylatty"
    )
)
BALANCES = frozenset(
    _names(
        "saldo|anfangssaldo|endsaldo|schlusssaldo|schlussaldo|alter saldo|neuer saldo"
        "|alter kontostand|neuer kontostand|kontostand|letzter kontostand|aktueller kontostand"
        "|startsaldo|eindsaldo|beginsaldo|balance|opening balance|closing balance|ending balance"
        "|beginning balance|starting balance|previous balance|new balance|current balance"
        "|final balance|daily balance|balance brought forward|balance carried forward"
        "|brought forward|carried forward|balance b f|balance c f|start balance|end balance"
        "|ledger balance|available balance|account balance|statement balance|solde|ancien solde"
        "|nouveau solde|solde initial|solde final|solde precedent|solde d ouverture"
        "|solde de cloture|solde crediteur|solde debiteur|saldo inicial|saldo final|saldo anterior"
        "|saldo actual|saldo disponible|saldo iniziale|saldo finale|saldo contabile"
        "|saldo precedente|saldo poczatkowe|saldo koncowe|saldovortrag|saldoubertrag|kontostand alt"
        "|kontostand neu|pocatecni zustatek|konecny zustatek|zustatek|ingaende saldo|utgaende saldo"
        "|inngaende saldo|primosaldo|ultimosaldo|nyito egyenleg|zaro egyenleg|egyenleg|tagessaldo"
        "|tagesendsaldo|rechnungssaldo|vortrag|ubertrag|zwischensaldo|oud saldo|nieuw saldo"
        "|vorig saldo|alkusaldo|loppusaldo|sold initial|sold final"
    )
)
TOTALS = frozenset(
    _names(
        "total|totals|totale|totali|gesamt|summe|summen|gesamtsumme|zwischensumme|subtotal"
        "|sub total|totaal|suma|razem|totaux|sous total|grand total|totales|celkem|osszesen|sum"
        "|summa|umsatzsumme|total credits|total debits|total paid in|total paid out|total money in"
        "|total money out|summe soll|summe haben|total credit|total debit|net change"
    )
)
REVERSALS = re.compile(
    r"\b(storno\w*|stornierung|reversal|reversed|reversal of|ruckbuchung|rueckbuchung"
    r"|rucklastschrift|ruecklastschrift|retoure|ruckuberweisung|rueckueberweisung|ruckgabe|chargeback"
    r"|returned (payment|transfer|debit|credit)|return of|unpaid (item|direct debit)"
    r"|retour|terugboeking|storting terug|extourne|contrepassation|annulation|rejet|impaye"
    r"|devolucion|retrocesion|anulacion|storn[oi]|insoluto|zwrot|estorno|devolucao|tilbakeforing|retur"
    r"|aterbetalning|palautus)\b"
)
_SMALL = re.compile(
    r"\b(vom|von|per|am|zum|bis|des|du|de|au|al|del|op|at|as|of|on|the|to|date|datum|dat|dzien|na"
    r"|dia|in|for|your|account|konto|ihr|le|el|a|z|d|w|nach|buchung|transakcji)\b|\d+"
)


@lru_cache(maxsize=4096)
def is_balance(text: str) -> bool:
    """Whether words say that a row is a balance: `Kontostand vom 28.11.2026`."""
    return _bare(text) in BALANCES or plain(text) in BALANCES


@lru_cache(maxsize=4096)
def is_total(text: str) -> bool:
    """Whether words say that a row sums others up."""
    return _bare(text) in TOTALS or plain(text) in TOTALS


def _bare(text: str) -> str:
    return " ".join(word for word in _SMALL.sub(" ", plain(text)).split() if not _is_code(word))
